from dataclasses import dataclass, field
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from tests.services.redis import free_port


@dataclass
class SmtpServer:
    url: str = ""
    messages: list = field(default_factory=list)

    async def handle_DATA(self, server, session, envelope):
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@pytest.fixture
def smtp_server():
    """An SMTP server on loopback that keeps what it is given in `messages`."""
    kept = SmtpServer()
    controller = Controller(kept, hostname="127.0.0.1", port=free_port(), ready_timeout=60)
    controller.start()
    kept.url = f"smtp://127.0.0.1:{controller.port}"
    yield kept
    controller.stop()
