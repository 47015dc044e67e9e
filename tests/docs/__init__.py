"""The code and commands of the Markdown pages, as a reader would run them."""
