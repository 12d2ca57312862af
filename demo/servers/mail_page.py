"""The page that lists what the mailboxes took: plain HTML, everything from outside escaped, no script allowed."""

from __future__ import annotations

from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser

from markupsafe import Markup, escape

from demo.servers.mail_store import Mail, MailStore
from demo.servers.wire import HttpRequest, json_answer
from demo.world.model import Answer

PAGE_SIZE = 100
SECURITY = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "X-Content-Type-Options": "nosniff",
}
FRAME = Markup(
    "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title><style>"
    "body{{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}}"
    "table{{border-collapse:collapse;width:100%}}td,th{{text-align:left;padding:.3rem .6rem;"
    "border-bottom:1px solid #ddd}}pre{{white-space:pre-wrap;background:#f6f6f6;padding:1rem}}"
    "</style></head><body><h1>{title}</h1>{body}</body></html>"
)
ROW = Markup(
    '<tr><td><a href="/mail/{id}">{id}</a></td><td>{at}</td><td>{sender}</td><td>{to}</td><td>{subject}</td>'
    "<td>{answered}</td></tr>"
)


def _when(mail: Mail) -> str:
    return datetime.fromtimestamp(mail.received_at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _framed(title: str, body: Markup) -> Answer:
    return Answer(200, dict(SECURITY), FRAME.format(title=title, body=body).encode())


def _list(store: MailStore, start: int) -> Answer:
    rows = Markup("").join(
        ROW.format(
            id=mail.id, at=_when(mail), sender=mail.sender, to=", ".join(mail.recipients), subject=mail.subject,
            answered="" if mail.answered else "answer lost",
        )
        for mail in store.mails(PAGE_SIZE, start)
    )  # fmt: skip
    total, doubles = store.count(), len(store.duplicates())
    summary = escape(f"{total} messages accepted, {doubles} Message-IDs received more than once.")
    older = (
        Markup('<p><a href="/?start={}">older</a></p>').format(start + PAGE_SIZE) if start + PAGE_SIZE < total else ""
    )
    head = Markup("<tr><th>id<th>received<th>from<th>to<th>subject<th></tr>")
    return _framed("Accepted mail", Markup("<p>{}</p><table>{}{}</table>{}").format(summary, head, rows, older))


def _one(mail: Mail) -> Answer:
    message = BytesParser(policy=policy.default).parsebytes(mail.raw)
    part = message.get_body(preferencelist=("plain", "html"))
    text = part.get_content() if part is not None else ""
    fields = Markup("").join(
        Markup("<tr><th>{}</th><td>{}</td></tr>").format(name, str(value)) for name, value in message.items()
    )
    body = Markup(
        '<p><a href="/">all</a> <a href="/mail/{}/raw">raw</a></p><p>{} to {}</p><table>{}</table><pre>{}</pre>'
    )
    return _framed(
        mail.subject or "(no subject)", body.format(mail.id, _when(mail), ", ".join(mail.recipients), fields, text)
    )


def _listed(mail: Mail) -> dict[str, object]:
    return {
        "id": mail.id, "received_at": mail.received_at, "sender": mail.sender, "recipients": mail.recipients,
        "message_id": mail.message_id, "subject": mail.subject, "answered": mail.answered,
    }  # fmt: skip


class MailPage:
    """`/`, `/mail/<id>`, `/mail/<id>/raw`, and as JSON `/api/mails` and `/api/duplicates`."""

    def __init__(self, store: MailStore) -> None:
        self.store = store

    async def handle(self, request: HttpRequest) -> Answer:
        """One request to the page."""
        start = request.query.get("start", "0")
        offset = int(start) if start.isdigit() else 0
        if request.path == "/":
            return _list(self.store, offset)
        if request.path == "/api/mails":
            return json_answer([_listed(mail) for mail in self.store.mails(5000, offset)])
        if request.path == "/api/duplicates":
            return json_answer(self.store.duplicates())
        return self._mail(request.path.strip("/").split("/"))

    def _mail(self, parts: list[str]) -> Answer:
        known = parts[0] == "mail" and len(parts) in (2, 3) and parts[1].isdigit()
        mail = self.store.mail(int(parts[1])) if known else None
        if mail is None:
            return Answer(404, body=b"no such page\n", content_type="text/plain")
        if parts[2:] == ["raw"]:
            return Answer(200, dict(SECURITY), mail.raw, "text/plain; charset=utf-8")
        return _one(mail)
