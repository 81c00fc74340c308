// Faye's client: it subscribes to the channel, and shakes hands by long-polling before it goes over to WebSocket.

import faye from "faye";
import {gone, onBackground, received, tell, transport, url, user} from "./app.js";

const client = new faye.Client(url);
client.setHeader("gms_user", user);
if (transport !== "websocket") {
    client.disable("websocket");
}

let connectionType;
let disconnectPosition;
client.addExtension({
    outgoing(message, callback) {
        if (message.channel === "/meta/connect") {
            connectionType = message.connectionType;
        }
        if (message.channel === "/meta/disconnect") {
            message.ext = {transcriptPosition: disconnectPosition};
        }
        callback(message);
    },
    incoming(message, callback) {
        if (message.channel === "/meta/connect" && message.successful) {
            tell({connected: connectionType});
        }
        callback(message);
    }
});
client.subscribe("/_genesys", data => received(data.message));
onBackground(transcriptPosition => {
    disconnectPosition = transcriptPosition;
    client.disconnect().then(gone);
});
