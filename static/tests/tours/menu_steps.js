import { stepUtils } from "@web_tour/tour_utils";

/** Opens an entry of one of the app's menus. */
export function openMenu(menu, entry) {
    return [
        stepUtils.showAppsMenuItem(),
        {
            content: "Open the app",
            trigger: ".o_app[data-menu-xmlid='document_dispatch.menu_root']",
            run: "click",
        },
        {
            content: "Open the menu",
            trigger: `button[data-menu-xmlid='document_dispatch.${menu}']`,
            run: "click",
        },
        {
            content: "Open the entry",
            trigger: `.dropdown-item[data-menu-xmlid='document_dispatch.${entry}']`,
            run: "click",
        },
    ];
}
