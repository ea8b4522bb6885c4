"""What every command of ours has in common: a wrong call ends like every other refusal, with one sentence."""

import sys
from typing import Any, NoReturn

from django.core.management import base


class BaseCommand(base.BaseCommand):
    """A command that ends with status 1 whatever is wrong; argparse ends a wrong call with 2 and prints the usage."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> base.CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)

        def refuse(message: str) -> NoReturn:
            sentence = f"{message[:1].upper()}{message[1:]}. See: manage.py {subcommand} --help"
            if parser.called_from_command_line:  # Django calls the parser before it begins to catch refusals
                sys.exit(f"CommandError: {sentence}")
            raise base.CommandError(sentence)

        parser.error = refuse  # type: ignore[method-assign]  # Django chooses the parser's class itself
        return parser
