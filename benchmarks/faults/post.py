"""A mail server that takes its time, so that a worker can be met in the midst of handing in."""

import asyncio
import time

from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from benchmarks.letters import MailServer

TAKES = 0.4  #: seconds for a letter
PATIENCE = 60.0


class SlowPost(MailServer):
    """Takes letters one after another of each who hands in; `busy` says how many it is being handed."""

    busy = 0

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Keep a letter, and say so after a while."""
        self.busy += 1
        try:
            answer = await super().handle_DATA(server, session, envelope)
            await asyncio.sleep(TAKES)
        finally:
            self.busy -= 1
        return answer

    def wait_until_busy(self, workers: int) -> None:
        """Wait until so many WORKERS are handing in a letter at once."""
        end = time.monotonic() + PATIENCE
        while self.busy < workers:
            if time.monotonic() > end:
                raise RuntimeError(f"{workers} workers were never busy at once")
            time.sleep(0.01)
