"""The ports, made of DynamoDB and the like."""
