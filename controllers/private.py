from werkzeug.exceptions import HTTPException, NotFound

from odoo.http import Response

#: A page that is drawn in the frame of a website, where there is one: Odoo fails without the first. In the language of
#: the person whom it is for, at the very address that his mail gave.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}


def keep_private(response):
    """Return an answer whose address is a secret: it goes to no other site, and into no index."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def nothing_there():
    """One answer for “wrong” and “not there”, to be raised: a website's own page would differ from link to link."""
    return HTTPException(response=Response(NotFound().get_body(), status=404, content_type="text/html; charset=utf-8"))
