"""The evidence account of one series: pure statistics, no word of touchpoints, owners or tables."""
