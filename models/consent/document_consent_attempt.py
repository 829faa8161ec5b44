from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

#: Attempts in an hour: what → (for one IP address, for one customer); ``draw``: PDFs that are drawn for somebody
LIMITS = {"post": (30, 15), "token": (20, 60), "draw": (60, 60)}


class DocumentConsentAttempt(models.Model):
    """Counts forms sent and wrong links on public pages, so that nobody floods or guesses.

    One row for each, in PostgreSQL: it holds for all workers together.
    """

    _name = "document.consent.attempt"
    _description = "Attempt on a Public Page"

    key = fields.Char(required=True, readonly=True)

    _key_date = models.Index("(key, create_date)")

    @api.model
    def _keys(self, what, ip, number):
        """The keys to count under, with their limits; ``number``: the customer's in the link, real or not."""
        per_ip, per_number = LIMITS[what]
        return {f"{what} ip {ip}": per_ip, f"{what} customer {number}": per_number}

    @api.model
    def _take(self, what, ip, number):
        """Count an attempt; tell whether it is still within the limits.

        Written first and counted then, each in its own transaction: of workers that come at the same
        moment those behind see the rows of those before.

        :param str what: one of ``LIMITS``
        :param str ip: from where, see ``controllers.private.Guard._network``
        :param number: the customer's (or the link's) in the address, real or not
        """
        limits = self._keys(what, ip, number)
        # its own cursor: the answer to a wrong link is an error, and takes back what the request wrote
        with self.env.registry.cursor() as cr:
            attempts = self.with_env(self.env(cr=cr))
            if any(count >= limits[key] for key, count in attempts._counted(limits).items()):
                return False
            # SQL: nothing but the key, and in one statement
            cr.execute(SQL(
                "INSERT INTO document_consent_attempt (key, create_date) SELECT unnest(%s), now() AT TIME ZONE 'UTC'",
                list(limits),
            ))
            cr.commit()  # pylint: disable=invalid-commit  # seen by the other workers before it is counted
            return all(count <= limits[key] for key, count in attempts._counted(limits).items())

    @api.model
    def _is_blocked(self, what, ip):
        """Tell whether an IP address has used up its attempts."""
        [(key, limit), _number] = self._keys(what, ip, 0).items()
        return self._counted([key]).get(key, 0) >= limit

    @api.model
    def _counted(self, keys):
        # SQL: a count for each key, in one statement
        self.env.cr.execute(SQL(
            """SELECT key, count(*) FROM document_consent_attempt
                WHERE key IN %s AND create_date > now() AT TIME ZONE 'UTC' - interval '1 hour' GROUP BY key""",
            tuple(keys),
        ))
        return dict(self.env.cr.fetchall())

    @api.autovacuum
    def _gc(self):
        """IP addresses are kept no longer than needed."""
        self.search([("create_date", "<", fields.Datetime.now() - timedelta(days=1))]).unlink()
