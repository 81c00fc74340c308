package dev.halley.push.ios;

import com.eatthepath.pushy.apns.auth.ApnsSigningKey;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The provider tokens of all keys: one for each, whatever servers and connections use it. Thread-safe. */
final class SharedTokens {

    private record Key(String keyId, String teamId, int content) {}

    private final Map<Key, ProviderTokens> tokens = new ConcurrentHashMap<>();
    private final InstantSource clock;

    SharedTokens(InstantSource clock) {
        this.clock = clock;
    }

    ProviderTokens of(ApnsSigningKey key) {
        return tokens.computeIfAbsent(
                new Key(key.getKeyId(), key.getTeamId(), Arrays.hashCode(key.getEncoded())),
                made -> new ProviderTokens(key, clock));
    }
}
