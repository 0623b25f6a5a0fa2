"""What well-known providers of mail need. As their own pages say it in November 2026."""

from trackly.notifications.config_schemas import EmailPreset


def _preset(
    name: str, title: str, host: str, port: int, user: str, password: str, note: str, **more: object
) -> EmailPreset:
    given = {"security": "starttls", "supported": True, "link": None, **more}
    return EmailPreset.model_validate(
        {"name": name, "title": title, "host": host, "port": port, "username_hint": user, "password_hint": password}
        | {"note": note, **given}
    )


PRESETS: tuple[EmailPreset, ...] = (
    _preset(
        "gmail",
        "Gmail, Google Workspace",
        "smtp.gmail.com",
        587,
        "you@example.com",
        "App password, 16 letters",
        "The account needs two-step verification and an app password; its own password is refused."
        " From has to be the account's address or an alias of it. 500 mails a day, 2,000 in Workspace.",
        link="https://support.google.com/accounts/answer/185833",
    ),
    _preset(
        "ses",
        "Amazon SES",
        "email-smtp.eu-west-1.amazonaws.com",
        587,
        "SMTP user name (AKIA…)",
        "SMTP password, made for the user",
        "SMTP credentials are not access keys: make them in SES, for the region in the host's name."
        " From has to be verified, and a new account sends to verified addresses only until it leaves the sandbox.",
        link="https://docs.aws.amazon.com/ses/latest/dg/smtp-credentials.html",
    ),
    _preset(
        "mailgun",
        "Mailgun",
        "smtp.mailgun.org",
        587,
        "postmaster@mg.example.com",
        "SMTP password of the domain",
        "In the EU region the host is smtp.eu.mailgun.org. From has to be in the verified domain.",
        link="https://documentation.mailgun.com/docs/mailgun/user-manual/sending-messages/send-smtp",
    ),
    _preset(
        "postmark",
        "Postmark",
        "smtp.postmarkapp.com",
        587,
        "Server API token",
        "The same token again",
        "User name and password are both the server's API token. From has to be a verified sender signature.",
        link="https://postmarkapp.com/developer/user-guide/send-email-with-smtp",
    ),
    _preset(
        "office365",
        "Microsoft 365, Outlook.com",
        "smtp.office365.com",
        587,
        "you@example.com",
        "Not possible with a password",
        "Needs OAuth: Microsoft no longer takes a user name and a password for SMTP, and Trackly does not speak OAuth."
        " Use a relay: a connector of Exchange Online for this machine's address, or one of the other services.",
        supported=False,
        link="https://learn.microsoft.com/exchange/mail-flow-best-practices/how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365",
    ),
    _preset(
        "local",
        "A relay on this machine",
        "127.0.0.1",
        25,
        "",
        "",
        "Postfix, Exim or OpenSMTPD beside Trackly, which takes mail from this machine without a login.",
        security="none",
    ),
    _preset(
        "custom",
        "Another server",
        "",
        587,
        "",
        "",
        "Port 587 is usually STARTTLS, 465 is TLS from the first byte.",
    ),
)
