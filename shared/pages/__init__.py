"""The product's own pages: one shell, one style, the parts they are made of. Jinja2 is imported at the first page."""
