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
 * @param serviceId identifies this instance of the service; opening it again returns the same chat
 * @param owner the customer
 * @param nickname the customer's name in the transcript
 * @param device where the customer can be woken
 * @param polled true for a customer who asks for news, and so is never away and never pushed; false by default
 * @param secureKey the owner's key, needed where {@link Settings#requireSecureKey()} is set
 */
public record NewChat(
        String serviceName,
        String serviceId,
        UserId owner,
        String nickname,
        Optional<Device> device,
        boolean polled,
        Optional<String> secureKey) {

    /**
     * Checks the components.
     *
     * @param serviceName {@link #serviceName()}
     * @param serviceId {@link #serviceId()}
     * @param owner {@link #owner()}
     * @param nickname {@link #nickname()}
     * @param device {@link #device()}
     * @param polled {@link #polled()}
     * @param secureKey {@link #secureKey()}
     * @throws IllegalArgumentException if the service's name or id has another form
     */
    public NewChat {
        Checks.name("service name", serviceName);
        Checks.identifier("service id", serviceId);
        requireNonNull(owner, "owner");
        requireNonNull(nickname, "nickname");
        requireNonNull(device, "device");
        requireNonNull(secureKey, "secureKey");
    }

    /**
     * Creates a chat with a new service id and no nickname.
     *
     * @param serviceName the service, a key of its settings
     * @param owner the customer
     * @param device where the customer can be woken; null for nowhere
     */
    public NewChat(String serviceName, UserId owner, @Nullable Device device) {
        this(serviceName, "180-" + UUID.randomUUID(), owner, "", Optional.ofNullable(device), false, Optional.empty());
    }

    /**
     * Sets the service id.
     *
     * @param id identifies this instance of the service
     * @return a copy
     */
    public NewChat withServiceId(String id) {
        return new NewChat(serviceName, id, owner, nickname, device, polled, secureKey);
    }

    /**
     * Sets the nickname.
     *
     * @param name the customer's name in the transcript
     * @return a copy
     */
    public NewChat withNickname(String name) {
        return new NewChat(serviceName, serviceId, owner, name, device, polled, secureKey);
    }

    /** {@return a copy whose customer asks for news, instead of being told} */
    public NewChat asPolled() {
        return new NewChat(serviceName, serviceId, owner, nickname, device, true, secureKey);
    }

    /**
     * Sets the owner's key.
     *
     * @param key the key, of which the engine keeps only a hash
     * @return a copy
     */
    public NewChat withSecureKey(String key) {
        return new NewChat(serviceName, serviceId, owner, nickname, device, polled, Optional.of(key));
    }

    @Override
    public String toString() {
        return "NewChat[" + serviceName + ", " + serviceId + "]";
    }
}
