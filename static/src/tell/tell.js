import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/** Says what became of the dispatch that was just made, with a button that opens it; then does what comes next. */
async function tell(env, action) {
    const { dispatch_id: id, next } = action.params;
    const { message, ...options } = await env.services.orm.call("document.dispatch", "read_outcome", [[id]]);
    const open = {
        type: "ir.actions.act_window",
        res_model: "document.dispatch",
        res_id: id,
        views: [[false, "form"]],
    };
    const close = env.services.notification.add(message, {
        ...options,
        buttons: [
            {
                name: _t("Show"),
                onClick: () => {
                    close();
                    env.services.action.doAction(open);
                },
            },
        ],
    });
    return next;
}

registry.category("actions").add("document_dispatch_tell", tell);
