package dev.halley.examples.server;

import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.halley.examples.server.App.Shown;
import dev.halley.examples.server.Chats.Customer;
import dev.halley.examples.server.Line.Fault;
import dev.halley.examples.server.NodeApp.Client;
import dev.halley.examples.server.NodeApp.Transport;
import dev.halley.examples.server.Proxy.Configuration;
import dev.halley.examples.server.Route.Side;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The listing in JavaScript of {@code docs/apps.md}, as it stands there, behind a proxy that pools its connections. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReadmeListingTest {

    private static final String ADDRESS = "'https://chat.example.com/genesys/cometd'";

    private final Chats chats = new Chats(Duration.ofSeconds(2));

    ReadmeListingTest() throws Exception {}

    @BeforeAll
    void install() throws Exception {
        NodeApp.install();
        Proxy.require();
        String document = Files.readString(Path.of("..", "..", "docs", "apps.md"));
        String listing = document.substring(document.indexOf("```js\n") + 6);
        listing = listing.substring(0, listing.indexOf("```"));
        assertThat(listing).contains(ADDRESS);
        NodeApp.write(
                "readme.js",
                Files.readString(Path.of("src", "test", "node", "readme-frame.js"))
                        .replace("// LISTING", listing.replace(ADDRESS, "url")));
    }

    @AfterAll
    void stop() {
        chats.close();
    }

    @ParameterizedTest
    @EnumSource
    void listing_losesNothingWithAnAnswer_andIsNotPushedWhatItHas(Transport transport) throws Exception {
        Customer customer = chats.new Customer("Readme " + transport);
        try (Route route = Route.through(Configuration.NGINX_POOL, Side.BEFORE_PROXY, chats.uri());
                NodeApp app = new NodeApp(Client.README, transport, route.uri(), customer.user(), customer.service())) {
            app.awaitConnected(transport);
            customer.hears(2);
            app.awaitShown(1, 3);
            route.line().fail(Fault.ANSWER_LOST);
            customer.hears();
            await().until(() -> route.line().lost() > 0);
            customer.hears(2);
            app.awaitShown(1, 6);
            assertThat(app.rows().stream().map(Shown::text).skip(1).collect(toList()))
                    .containsExactlyElementsOf(LongStream.rangeClosed(2, 6)
                            .mapToObj(row -> "Row " + row)
                            .toList());
            app.background();
        }
        customer.awaitAway();
        assertThat(customer.seen()).isEqualTo(6);
        customer.hears();
        assertThat(customer.awaitPushed(7)).containsExactly(7L);
    }

    @ParameterizedTest
    @EnumSource
    void listing_offersToGoOn_whereTheChatIsOpenElsewhere(Transport transport) throws Exception {
        Customer customer = chats.new Customer("Elsewhere " + transport);
        try (NodeApp app = new NodeApp(Client.README, transport, chats.uri(), customer.user(), customer.service())) {
            app.awaitConnected(transport);
            try (NodeApp newer =
                    new NodeApp(Client.README, transport, chats.uri(), customer.user(), customer.service())) {
                newer.awaitConnected(transport);
                customer.hears(2);
                newer.awaitShown(1, 3);
                assertThat(app.rows()).hasSizeLessThan(3);
                assertThat(customer.view().path("presence").asText()).isEqualTo("online");
            }
        }
    }
}
