"""What stands for a secret link in texts that are kept: dispatches, letters, messages, previews.

Whoever reads such a text can do nothing with it, and nobody finds out a place of their own: the key of the
database signs it. The link itself is put in where a mail leaves (``mail.mail._prepare_outgoing_body``), and only
in the mail of somebody who may have it.

What makes a link that opens ends with two underscores, as Odoo's own names do that no template, filter or
action of the server may call (``odoo.tools.safe_eval``).
"""

from odoo.tools import hmac

#: Purpose of the signature, so that none made for something else is one (odoo.tools.hmac)
SCOPE = "document_dispatch-place"
#: Where places begin: addresses of public pages, which say that this link does not open
PAGE, CONSENT, ADDRESS = "/dispatch/page/0", "/dispatch/consent/0/0", "/dispatch/consent/address/0"


def make_place(env, start, *key):
    """Return the place of the link to what ``key`` names."""
    # superuser: the key of the database signs it, nobody reads that
    return f"{start}/{hmac(env(su=True), SCOPE, (start, *key))}"
