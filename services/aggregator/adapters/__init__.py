"""DynamoDB, SQS and SNS made to fit the aggregator's ports."""
