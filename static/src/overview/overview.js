import { registry } from "@web/core/registry";
import { usePager } from "@web/search/pager_hook";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";

/** One page, which is made whenever it is opened: it has no pager. */
class OverviewController extends FormController {
    setup() {
        super.setup();
        usePager(() => undefined);
    }
}

registry.category("views").add("dispatch_overview", {
    ...formView,
    Controller: OverviewController,
    props: (props, view) => ({
        ...formView.props(props, view),
        // nor has it a number in its address, which would lead to nothing tomorrow, or for somebody else
        updateActionState: () => props.updateActionState({ resId: false }),
    }),
});
