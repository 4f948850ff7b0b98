"""python -m bpcli, and the console script."""

from bpcli.cli.doors import main

if __name__ == "__main__":
    main()
