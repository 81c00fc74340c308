package dev.halley.examples.server;

import dev.halley.Options;
import java.time.Duration;

/**
 * What a server needs to know. Immutable; the methods that change something return a copy.
 *
 * @param host the address on which it listens
 * @param port the port on which it listens; 0 for a free one
 * @param options sections and options of the engine
 * @param token the token that agents show
 * @param pollTimeout how long a poll is held without news
 * @param maxInterval how long a client may be silent between two polls before it counts as lost
 * @param loopbackOnly whether requests must call the server by a name of this computer's loopback
 */
record ServerSettings(
        String host,
        int port,
        Options options,
        AgentToken token,
        Duration pollTimeout,
        Duration maxInterval,
        boolean loopbackOnly) {

    /** CometD's defaults, on a free port that only this computer can reach. */
    static ServerSettings of(Options options) {
        return new ServerSettings(
                "127.0.0.1", 0, options, AgentToken.random(), Duration.ofSeconds(20), Duration.ofSeconds(10), false);
    }

    ServerSettings at(String newHost, int newPort) {
        return new ServerSettings(newHost, newPort, options, token, pollTimeout, maxInterval, loopbackOnly);
    }

    ServerSettings withToken(AgentToken newToken) {
        return new ServerSettings(host, port, options, newToken, pollTimeout, maxInterval, loopbackOnly);
    }

    ServerSettings withTimes(Duration newPollTimeout, Duration newMaxInterval) {
        return new ServerSettings(host, port, options, token, newPollTimeout, newMaxInterval, loopbackOnly);
    }

    /** Without a proxy, whoever calls this computer by another name was led here by somebody else's name server. */
    ServerSettings asDemonstration() {
        return new ServerSettings(host, port, options, token, pollTimeout, maxInterval, true);
    }
}
