import { registry } from "@web/core/registry";
import { BadgeField, badgeField } from "@web/views/fields/badge/badge_field";

/** How a state looks, wherever it stands: on a document, a row, an address, a step, a file. What is not named here is grey. */
const LOOKS = {
    success: ["sent", "sent_by_post", "done", "ok"],
    info: ["to_send", "review", "queued", "sending", "deferred", "printed", "handed", "rehearsed", "reading"],
    warning: ["paper", "partial", "todo", "warning"],
    danger: ["failed", "unknown", "bounced", "error"],
};

/** The state of a dispatch as a badge: the word says it, the colour only helps to find it. */
export class StateField extends BadgeField {
    get badgeClass() {
        const state = this.props.record.data[this.props.name];
        const look = Object.keys(LOOKS).find((name) => LOOKS[name].includes(state));
        // dark on light: Odoo's white on green or blue has too little contrast to be read by everybody
        return look ? `bg-${look}-subtle text-${look}-emphasis` : super.badgeClass;
    }
}

registry.category("fields").add("dispatch_state", {
    ...badgeField,
    component: StateField,
    supportedTypes: ["selection"],
    additionalClasses: ["o_field_badge"],
});
