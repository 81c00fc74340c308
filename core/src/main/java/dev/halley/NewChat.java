package dev.halley;

import static java.util.Objects.requireNonNull;

import dev.halley.internal.Checks;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is needed to open a chat. Immutable; the methods that change something return a copy.
 *
 * @param serviceName the service, a key of its settings
 * @param serviceId identifies this instance of the service; opening the same one again returns the same chat
 * @param owner the customer
 * @param nickname the customer's name in the transcript
 * @param device where the customer can be woken
 * @param polled true for a customer who asks for news and is never away and never pushed; false by default
 * @param secureKey the owner's key, asked for where {@link Settings#requireSecureKey()} is set
 */
public record NewChat(
        String serviceName,
        String serviceId,
        UserId owner,
        String nickname,
        Optional<Device> device,
        boolean polled,
        Optional<String> secureKey) {

    /** @throws IllegalArgumentException if the service's name or id has another form */
    public NewChat {
        Checks.name("service name", serviceName);
        Checks.identifier("service id", serviceId);
        requireNonNull(owner, "owner");
        requireNonNull(nickname, "nickname");
        requireNonNull(device, "device");
        requireNonNull(secureKey, "secureKey");
    }

    /** A chat with a service id of its own and without a nickname. */
    public NewChat(String serviceName, UserId owner, @Nullable Device device) {
        this(serviceName, "180-" + UUID.randomUUID(), owner, "", Optional.ofNullable(device), false, Optional.empty());
    }

    /** Returns a copy with this service id. */
    public NewChat withServiceId(String id) {
        return new NewChat(serviceName, id, owner, nickname, device, polled, secureKey);
    }

    /** Returns a copy with this nickname. */
    public NewChat withNickname(String name) {
        return new NewChat(serviceName, serviceId, owner, name, device, polled, secureKey);
    }

    /** Returns a copy whose customer asks for news instead of being told. */
    public NewChat asPolled() {
        return new NewChat(serviceName, serviceId, owner, nickname, device, true, secureKey);
    }

    /** Returns a copy with this owner's key, of which only a hash is kept. */
    public NewChat withSecureKey(String key) {
        return new NewChat(serviceName, serviceId, owner, nickname, device, polled, Optional.of(key));
    }

    @Override
    public String toString() {
        return "NewChat[" + serviceName + ", " + serviceId + "]";
    }
}
