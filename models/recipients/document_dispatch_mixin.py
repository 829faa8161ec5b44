from odoo import models


class DocumentDispatchMixin(models.AbstractModel):
    """Documents go by the channel that their customer wants for them."""

    _inherit = "document.dispatch.mixin"

    def _dispatch_wished_channel(self, dispatch_type=None):
        """How the customer wants this document, of ``document.dispatch.preference.channel``; empty: as usual.

        Windows, rules, batches and core's scheduler all ask here. A legal duty counts for more.

        :param dispatch_type: ``document.dispatch.type``; its own if none is given
        """
        dispatch_type = dispatch_type or self._dispatch_type()
        partner = self._dispatch_partner()
        if not dispatch_type or not partner or partner._dispatch_duty(dispatch_type, self.company_id):
            return ""
        return partner._dispatch_wished_channel(dispatch_type.role)

    def _dispatch_channels(self, dispatch_type):
        """First the one that the customer wants."""
        channels = super()._dispatch_channels(dispatch_type)
        wished = self.env["document.dispatch.channel"]._of(self._dispatch_wished_channel(dispatch_type))
        return [wished, *(channel for channel in channels if channel != wished)] if wished._is_there() else channels

    def _dispatch_choose_channel(self, dispatch_type, resolution):
        channel, reason = super()._dispatch_choose_channel(dispatch_type, resolution)
        if not reason and channel._code() == self._dispatch_wished_channel(dispatch_type):
            reason = channel._reason("", "wish")
        return channel, reason
