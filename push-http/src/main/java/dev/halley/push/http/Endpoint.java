package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.http.AddressGuard;
import dev.halley.http.WebUrl;
import java.net.URI;
import java.util.Optional;

/** Whose word it is where pushes go, and what follows from that. */
interface Endpoint extends AddressGuard {

    /**
     * Returns where a push goes.
     *
     * @throws IllegalArgumentException if that is not known
     */
    String url(Notification notification, Device device);

    /** Returns the {@code Authorization} that goes along. */
    Optional<String> authorization(Notification notification);

    /** Returns what {@link WebUrl#parse} does. */
    Optional<URI> parse(String url);

    /** Returns whether a URL may be used, as far as it can be said before its host is looked up. */
    boolean admits(URI url);

    /** See {@link dev.halley.spi.PushProvider#circuit}. */
    String circuit(Device device);
}
