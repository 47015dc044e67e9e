"""Tables and pages as Markdown and HTML."""
