"""One job of reproduce_digits."""

from tests.faults.reproduce_digits import main

if __name__ == "__main__":
    main()
