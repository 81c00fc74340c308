// What the listing in docs/apps.md takes for granted, and what a test wants to know of it. The test puts the listing in
// below.

import {adapt} from "cometd-nodejs-client";
import {CometD} from "cometd";
import {gone, onBackground, received, tell, transport, url, user} from "./app.js";

adapt();

const cometd = new CometD();
cometd.websocketEnabled = transport === "websocket";
if (transport === "websocket") {
    cometd.unregisterTransport("long-polling");
}
const saved = {service: process.argv[5], position: 0};
let shown = 0;
const show = row => received({transcriptPosition: String(++shown), transcriptToShow: [row]});
const offerToGoOnHere = () => tell({refused: "elsewhere"});
cometd.addListener("/meta/connect", reply => {
    if (reply.successful) {
        tell({connected: cometd.getTransport().type});
    }
});

// LISTING

onBackground(() => cometd.disconnect(gone));
