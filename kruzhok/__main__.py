"""The program `kruzhok`, which is `python -m kruzhok`, too."""

import gc


def main() -> None:
    """Run the command that the shell asks for.

    What a program imports stays, so nothing of it is looked through for what could go: not while it comes (a fifth of
    the time to the first page) and not ever after."""
    gc.disable()
    from kruzhok.commands import main as run

    gc.freeze()
    gc.enable()
    run()


if __name__ == "__main__":
    main()
