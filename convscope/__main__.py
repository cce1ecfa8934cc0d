"""`python -m convscope` is the command `convscope`."""

from convscope.cli.main import main

if __name__ == "__main__":
    main()
