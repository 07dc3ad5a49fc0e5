"""The widget: one script tag that asks the question in a corner of somebody else's page."""
