package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.Options;
import dev.halley.http.WebUrl;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Pushes go to the URL that the operator configured, which may be anywhere. */
final class OperatorEndpoint implements Endpoint {

    private final Options options;

    /** Parsed once, for each push asks twice; all of them are configured, so they are few. */
    private final ConcurrentHashMap<String, Optional<URI>> urls = new ConcurrentHashMap<>();

    OperatorEndpoint(Options options) {
        this.options = options;
    }

    @Override
    public String url(Notification notification, Device device) {
        return notification
                .option(HttpProviderFactory.URL)
                .orElseThrow(() -> new IllegalArgumentException(HttpProvider.NO_URL));
    }

    @Override
    public Optional<URI> parse(String url) {
        return urls.computeIfAbsent(url, WebUrl::parse);
    }

    @Override
    public Optional<String> secret(Notification notification) {
        return notification.option(HttpProviderFactory.SECRET);
    }

    @Override
    public Optional<String> authorization(Notification notification) {
        return notification.option(HttpProviderFactory.AUTHORIZATION);
    }

    @Override
    public boolean admits(URI url) {
        return true;
    }

    @Override
    public boolean admits(String host, int port, InetAddress address) {
        return true;
    }

    @Override
    public boolean admitsByProxy(String host, int port) {
        return true;
    }

    /** Names the origin of the configured URL: a device can choose among the configured ones, but not add any. */
    @Override
    public String circuit(Device device) {
        return Optional.ofNullable(options.forPush(device.provider(), Notification.NEW_AGENT_MESSAGE, device.debug())
                        .get(HttpProviderFactory.URL))
                .flatMap(this::parse)
                .map(WebUrl::origin)
                .orElse("");
    }

    @Override
    public String server(Device device) {
        return circuit(device);
    }
}
