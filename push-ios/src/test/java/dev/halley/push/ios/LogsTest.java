package dev.halley.push.ios;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import dev.halley.push.ios.RawApns.Request;
import dev.halley.testkit.Pushes;
import java.nio.file.Files;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/** What Pushy and Netty log, which is not ours to change. */
@Isolated
class LogsTest {

    private static final String TEXT = "text-that-nobody-may-read";

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final List<ILoggingEvent> events = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            event.prepareForDeferredProcessing();
            events.add(event);
        }
    };
    private Level level;

    @BeforeEach
    void listen() {
        level = root.getLevel();
        root.iteratorForAppenders().forEachRemaining(other -> other.stop());
        appender.setContext(root.getLoggerContext());
        appender.start();
        root.addAppender(appender);
    }

    @AfterEach
    void listenNoMore() {
        root.setLevel(level);
        root.detachAppender(appender);
        root.iteratorForAppenders().forEachRemaining(other -> other.start());
    }

    @Test
    void logs_tellNoSecret_downToDebug() throws Exception {
        root.setLevel(Level.DEBUG);
        playEverything();
        assertThat(events).isNotEmpty();
        assertThat(talkative()).isEmpty();
    }

    @Test
    void oneLoggerAlone_tellsAll_atTrace() throws Exception {
        root.setLevel(Level.TRACE);
        playEverything();
        assertThat(talkative()).containsExactly("com.eatthepath.pushy.apns.ApnsClientHandler");
    }

    private static void playEverything() throws Exception {
        RawApns apns = new RawApns(Request::accept);
        try (Pushes pushes = IosPushes.to(apns.port(), Duration.ofMillis(500))) {
            pushes.send(IosPushes.DEVICE, TEXT);
            for (RawApns.Talk talk : List.<RawApns.Talk>of(
                    request -> request.reject(410, "Unregistered"),
                    request -> request.reject(403, "ExpiredProviderToken"),
                    request -> request.answer(502, "<html>"),
                    request -> request.answer(400, ""),
                    request -> {},
                    Request::goAway,
                    Request::resetStream,
                    Request::resetConnection,
                    Request::writeNonsense)) {
                apns.talk = talk;
                pushes.send(IosPushes.DEVICE, TEXT);
            }
            apns.close();
            pushes.send(IosPushes.DEVICE, TEXT);
        } finally {
            apns.close();
        }
    }

    /** Returns the loggers that have printed a device token, a text, or a part of the key or of a provider token. */
    private Set<String> talkative() throws Exception {
        String key = Files.readString(IosPushes.certificates().providerKey())
                .lines()
                .toList()
                .get(1);
        Set<String> loggers = new HashSet<>();
        for (ILoggingEvent event : events) {
            String printed = event.getFormattedMessage() + ThrowableProxyUtil.asString(event.getThrowableProxy());
            // A provider token begins like this: it is JSON in base64.
            if (List.of(IosPushes.TOKEN, TEXT, key, "bearer eyJ").stream().anyMatch(printed::contains)) {
                loggers.add(event.getLoggerName());
            }
        }
        return loggers;
    }
}
