package dev.halley.push.http;

import dev.halley.Device;
import dev.halley.Notification;
import dev.halley.http.AllowList;
import dev.halley.http.PublicAddresses;
import dev.halley.http.WebUrl;
import java.net.InetAddress;
import java.net.URI;
import java.util.Optional;

/** Pushes go to the URL that the device named: to public addresses by https, or where the operator allows it. */
final class DeviceEndpoint implements Endpoint {

    private final AllowList allowed;
    private final Optional<String> secret;

    /** @param secret signs all pushes: the options of a push are none of its business, for a device chooses those */
    DeviceEndpoint(AllowList allowed, Optional<String> secret) {
        this.allowed = allowed;
        this.secret = secret;
    }

    @Override
    public String url(Notification notification, Device device) {
        return device.token();
    }

    @Override
    public Optional<URI> parse(String url) {
        return WebUrl.parse(url);
    }

    @Override
    public Optional<String> secret(Notification notification) {
        return secret;
    }

    /** Returns none: a URL that a device named must not get a credential. */
    @Override
    public Optional<String> authorization(Notification notification) {
        return Optional.empty();
    }

    @Override
    public boolean admits(URI url) {
        return !WebUrl.isPlain(url) || allowed.admitsPlain(WebUrl.host(url), WebUrl.port(url));
    }

    @Override
    public boolean admits(String host, int port, InetAddress address) {
        return PublicAddresses.contain(address) || allowed.admits(host, port, address);
    }

    @Override
    public boolean admitsByProxy(String host, int port) {
        return Endpoint.super.admitsByProxy(host, port) || allowed.admitsByProxy(host, port);
    }

    @Override
    public String circuit(Device device) {
        return WebUrl.parse(device.token()).map(WebUrl::origin).orElse("");
    }

    /** Returns none: a customer chose it. */
    @Override
    public String server(Device device) {
        return "";
    }
}
