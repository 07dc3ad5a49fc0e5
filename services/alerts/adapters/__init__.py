"""DynamoDB, SQS and the ways out, made to fit the ports."""
