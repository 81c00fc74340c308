package dev.halley.http;

import java.net.InetSocketAddress;
import java.util.List;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Looks hosts up and leaves out addresses that are not admitted. Jetty connects to the addresses that it returns
 * without asking again: a name cannot have one address when it is checked and another when it is used.
 */
final class GuardedResolver implements SocketAddressResolver {

    private final SocketAddressResolver resolver;
    private final AddressGuard guard;

    GuardedResolver(SocketAddressResolver resolver, AddressGuard guard) {
        this.resolver = resolver;
        this.guard = guard;
    }

    @Override
    public void resolve(String host, int port, Promise<List<InetSocketAddress>> promise) {
        resolver.resolve(host, port, new Promise<>() {
            @Override
            public void succeeded(List<InetSocketAddress> addresses) {
                List<InetSocketAddress> admitted = addresses.stream()
                        .filter(address -> guard.admits(host, port, address.getAddress()))
                        .toList();
                if (admitted.isEmpty()) {
                    promise.failed(new ForbiddenAddressException());
                } else {
                    promise.succeeded(admitted);
                }
            }

            @Override
            public void failed(Throwable failure) {
                promise.failed(failure);
            }
        });
    }
}
