"""Trains a network: python train.py --help."""

from training.command import main

if __name__ == "__main__":
    main()
