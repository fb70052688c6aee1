"""`python -m kruzhok` is `kruzhok`."""

from kruzhok.commands import main

if __name__ == "__main__":
    main()
