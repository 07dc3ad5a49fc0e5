"""The messages that invite people, as they leave: e-mails and text messages, and the words they are made of."""
