// What every app does, whatever its client: it keeps its position, tells the test what happens in lines of JSON on
// standard output, and goes to the background when standard input says so.

import {createInterface} from "node:readline";

// Clients that log must not disturb the lines.
console.log = console.info = console.debug = console.error;

export const [url, transport, user] = process.argv.slice(2);

let position = 0;

export function tell(line) {
    process.stdout.write(JSON.stringify(line) + "\n");
}

export function received(state) {
    if (state.transcriptToShow.length > 0) {
        position = Math.max(position, Number(state.transcriptPosition));
    }
    tell({state});
}

/** Calls back with the position to name when the app is sent to the background. */
export function onBackground(callback) {
    createInterface({input: process.stdin}).on("line", line => {
        if (line === "background") {
            callback(String(position));
        }
    });
}

export function gone() {
    process.stdout.write(JSON.stringify({gone: true}) + "\n", () => process.exit(0));
}
