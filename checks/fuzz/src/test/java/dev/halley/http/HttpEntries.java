package dev.halley.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** What a device registers, what an operator admits, and what a push service answers. */
public final class HttpEntries {

    private static final Instant NOW = Instant.parse("2026-11-24T08:00:00.5Z");
    private static final InetAddress LOOPBACK = InetAddresses.forString("127.0.0.1");

    private HttpEntries() {}

    public static void url(String data) {
        WebUrl.parse(data).ifPresent(url -> {
            assertThat(url.getScheme().toLowerCase(Locale.ROOT)).isIn("http", "https");
            assertThat(WebUrl.host(url)).isNotEmpty();
            assertThat(url.getRawUserInfo()).isNull();
            assertThat(WebUrl.port(url)).isBetween(1, 65_535);
            assertThat(url.toASCIIString().chars()).allMatch(c -> c > ' ' && c < 0x7f);
            assertThat(WebUrl.origin(url)).matches("https?://[^/@?#]+:[0-9]+");
            assertThat(WebUrl.parse(url.toString())).contains(url);
        });
    }

    public static void allowList(String data) {
        AllowList list;
        try {
            list = AllowList.parse(data);
        } catch (IllegalArgumentException e) {
            return;
        }
        if (data.isBlank()) {
            assertThat(list.admits("example.com", 443, LOOPBACK)).isFalse();
        }
        // Nobody is let in whom no entry can mean.
        assertThat(list.admits("a host that is none", 443, InetAddresses.forString("192.0.2.77"))
                        && !data.contains("/")
                        && !data.contains("192.0.2.77"))
                .isFalse();
        list.admitsPlain("127.0.0.1", 80);
    }

    public static void retryAfter(String data) {
        RetryAfter.parse(data, null, NOW).ifPresent(wait -> assertThat(wait).isBetween(Duration.ZERO, RetryAfter.MOST));
        RetryAfter.parse("Tue, 24 Nov 2026 08:00:30 GMT", data, NOW)
                .ifPresent(wait -> assertThat(wait).isBetween(Duration.ZERO, RetryAfter.MOST));
    }
}
