"""A test set through a board: python -m hls_projects.board --help."""

from hls_projects.conversion.boards.command import main

if __name__ == "__main__":
    main()
