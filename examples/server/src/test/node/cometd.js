// CometD's JavaScript client, set up as in a browser: its WebSocket can't send headers, so the handshake says who the
// user is.

import {adapt} from "cometd-nodejs-client";
import {CometD} from "cometd";
import {gone, onBackground, received, tell, transport, url, user} from "./app.js";

adapt();

const cometd = new CometD();
cometd.websocketEnabled = transport === "websocket";
if (transport === "websocket") {
    cometd.unregisterTransport("long-polling");
}
cometd.configure({
    url,
    logLevel: "warn",
    requestHeaders: transport === "websocket" ? {} : {gms_user: user}
});
cometd.addListener("/_genesys", message => received(message.data.message));
cometd.addListener("/meta/handshake", () => tell({handshake: true}));
cometd.addListener("/meta/connect", reply => {
    if (reply.successful) {
        tell({connected: cometd.getTransport().type});
    } else if (reply.error) {
        tell({refused: reply.error + " " + reply.advice?.reconnect});
    }
});
// Without an id it is no answer: the server ends the session.
cometd.addListener("/meta/disconnect", message => {
    if (!message.id) {
        tell({refused: "by the server"});
    }
});
cometd.handshake(transport === "websocket" ? {ext: {gms_user: user}} : {});
onBackground(transcriptPosition => cometd.disconnect({ext: {transcriptPosition}}, gone));
