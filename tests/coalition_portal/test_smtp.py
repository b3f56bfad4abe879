import environ
from django.core.mail import EmailMessage, get_connection


def test_mail_goes_to_the_server_of_email_url(smtp_server):
    found = environ.Env.email_url_config(smtp_server.url)
    connection = get_connection(found["EMAIL_BACKEND"], host=found["EMAIL_HOST"], port=found["EMAIL_PORT"])

    EmailMessage(
        "Вашу пропозицію отримано", "Є новина.", "tenders@example.org", ["anna@example.org"], connection=connection
    ).send()

    (message,) = smtp_server.messages
    assert (message["Subject"].strip(), message["To"], message.get_content().strip()) == (
        "Вашу пропозицію отримано",
        "anna@example.org",
        "Є новина.",
    )
