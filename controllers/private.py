import ipaddress

from werkzeug.exceptions import HTTPException, NotFound, TooManyRequests

from odoo.http import Response, request

from ..tools import agents, consent

#: As much as is kept of what a browser says of itself
MAX_AGENT = 500
#: Headers by which browsers and mail programs say that nobody looks yet
PREFETCH = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")
#: A page that is drawn in the frame of a website, where there is one: Odoo fails without the first. In the language of
#: the person whom it is for, at the very address that his mail gave.
FRONTEND = {"website": True, "multilang": False, "sitemap": False}


def keep_private(response):
    """Return an answer whose address is a secret: it goes to no other site, and into no index."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def nothing_there():
    """One answer for “wrong” and “not there”, to be raised: a website's own page would differ from link to link."""
    return HTTPException(response=Response(NotFound().get_body(), status=404, content_type="text/html; charset=utf-8"))


def keep_page_private(response):
    """The same for a page: no frame of another site shows it."""
    response = keep_private(response)
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Content-Security-Policy"] = "frame-ancestors 'none'"
    return response


def origin():
    """Who it was, as far as a server can know."""
    agent = consent.clean(request.httprequest.user_agent.string)
    return {"ip": request.httprequest.remote_addr, "user_agent": agent[:MAX_AGENT]}


def visitor():
    """The same of somebody who opens a link; ``None`` where it is a program that looks at mails, or one of ours."""
    headers = request.httprequest.headers
    if (
        request.httprequest.method != "GET" or agents.is_machine(request.httprequest.user_agent.string)
        or headers.get("Odoo-Link-Preview") == "True"  # as core (sale, portal_order_page)
        or any("fetch" in headers.get(name, "") or "preview" in headers.get(name, "") for name in PREFETCH)
        or not request.env.user.share
    ):
        return None
    return origin()


class Guard:
    """Limits of public pages: whoever guesses or floods is turned away.

    No controller itself: Odoo makes one of all controllers that come from the same one.
    """

    def _attempts(self):
        # sudo: the counter is the system's
        return request.env["document.consent.attempt"].sudo()

    def _check_blocked(self):
        if self._attempts()._is_blocked("token", self._network()):
            self._too_many()

    def _turn_away(self, number):
        if not self._attempts()._take("token", self._network(), number):
            self._too_many()
        raise nothing_there()

    def _count(self, what, number):
        if not self._attempts()._take(what, self._network(), number):
            self._too_many()

    def _too_many(self):
        raise TooManyRequests(request.env._("Too many attempts. Please try again in an hour."))

    def _network(self):
        """Whom to count as one: an IPv6 customer has a whole /64 to himself."""
        ip = ipaddress.ip_address(request.httprequest.remote_addr)
        return str(ip if ip.version == 4 else ipaddress.ip_network((ip, 64), strict=False))
