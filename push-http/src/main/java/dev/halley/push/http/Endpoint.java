package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.http.AddressGuard;
import dev.halley.http.WebUrl;
import java.net.URI;
import java.util.Optional;

/** Says where pushes go, and what is admitted and sent there, depending on who named the URL. */
interface Endpoint extends AddressGuard {

    /**
     * Returns where a push goes.
     *
     * @throws IllegalArgumentException if that is not known
     */
    String url(Notification notification, Device device);

    /** Returns the secrets that sign a push; empty if it is not signed. */
    Optional<String> secret(Notification notification);

    /** Returns the value of the header {@code Authorization}; empty if there is none. */
    Optional<String> authorization(Notification notification);

    /** Parses a URL as {@link WebUrl#parse} does. */
    Optional<URI> parse(String url);

    /** Returns whether a URL may be used, as far as its scheme, host and port tell before the host is looked up. */
    boolean admits(URI url);

    /** See {@link dev.halley.spi.PushProvider#circuit}. */
    String circuit(Device device);

    /** See {@link dev.halley.spi.PushProvider#server}. */
    String server(Device device);
}
