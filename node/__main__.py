"""``python -m node`` is ``intercity``."""

from node.cli import main

if __name__ == "__main__":
    main()
