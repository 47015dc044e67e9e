"""Converts a trained network: python convert.py --help."""

from reports.command import main

if __name__ == "__main__":
    main()
