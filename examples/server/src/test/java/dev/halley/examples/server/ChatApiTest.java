package dev.halley.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.halley.Options;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ChatApiTest {

    private static final String SERVICES = "/genesys/1/service/";

    private final RunningServer server;
    private final Http http;

    ChatApiTest() throws Exception {
        server = RunningServer.start(ServerSettings.of(Options.of(Map.of(
                "Service.strict", Map.of("_chat_400_response_on_disconnected", "true"),
                "halley", Map.of("max_text", 1000)))));
        http = new Http(server.uri());
    }

    @AfterAll
    void stop() {
        server.close();
    }

    @BeforeAll
    void serves() {
        assertThat(http.send(http.to("/health")).body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "GET"})
    void createService_answersAnIdAndWhereToGoOn(String method) {
        Http.Reply reply = http.send(
                http.to(SERVICES + "request-chat").header("gms_user", "ada").method(method, BodyPublishers.noBody()));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
        String id = reply.json().path("_id").asText();
        assertThat(id).matches("180-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
        assertThat(reply.json().path("_chatIxnAPI-CREATE-URL").asText()).isEqualTo(SERVICES + id + "/ixn/chat");
    }

    @Test
    void createService_unknown_is404() {
        assertRefused(http.post("ada", SERVICES + "nope", ""), 404);
    }

    @Test
    void withoutUser_is401() {
        assertRefused(http.send(http.to(SERVICES + "request-chat").POST(BodyPublishers.noBody())), 401);
        assertRefused(http.send(http.to(chat() + "/send").POST(BodyPublishers.ofString("message=x"))), 401);
    }

    @Test
    void creation_showsTheCustomersComing_connected() {
        JsonNode state = http.post("ada", service("request-chat"), "notify_by=comet&firstName=Ada")
                .json();

        assertThat(state.properties().stream().map(Map.Entry::getKey))
                .containsExactlyInAnyOrder(
                        "chatSessionId",
                        "transcriptPosition",
                        "chatServiceMessage",
                        "startedAt",
                        "chatIxnState",
                        "transcriptToShow");
        assertThat(state.path("chatSessionId").asText()).matches("[A-Za-z0-9]{16}");
        assertThat(state.path("transcriptPosition").asText()).isEqualTo("1");
        assertThat(state.path("chatServiceMessage").asText()).isEqualTo("Chat service is available");
        assertThat(state.path("startedAt").asText()).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(state.path("chatIxnState").asText()).isEqualTo("CONNECTED");
        assertThat(state.path("transcriptToShow").toString())
                .isEqualTo("[[\"Notice.Joined\",\"Ada\",\"has joined the session\",\"0\",\"CLIENT\"]]");
    }

    @Test
    void creation_withoutAnything_isFine() {
        assertThat(http.post("ada", service("request-chat"), "").status()).isEqualTo(200);
    }

    @Test
    void creation_showsDisplayNameBeforeFirstName() {
        JsonNode state = http.post("ada", service("request-chat"), "firstName=Ada&userDisplayName=Countess")
                .json();

        assertThat(state.at("/transcriptToShow/0/1").asText()).isEqualTo("Countess");
    }

    @Test
    void secondCreation_returnsTheSameChat_withoutItsKey() {
        String url = service("request-chat");
        JsonNode first = http.post("ada", url, "firstName=Ada&_verbose=true").json();
        http.post("ada", url + "/send", "message=hi");
        JsonNode second = http.post("ada", url, "firstName=Eve&_verbose=true").json();

        assertThat(second.path("chatSessionId")).isEqualTo(first.path("chatSessionId"));
        assertThat(second.path("transcriptToShow")).isEqualTo(first.path("transcriptToShow"));
        assertThat(first.path("secureKey").asText()).isNotEmpty();
        assertThat(second.has("secureKey")).isFalse();
    }

    @Test
    void verbose_addsDetails_theKeyAtTheCreationAlone() {
        String url = service("request-chat");
        JsonNode created = http.post("ada", url, "_verbose=true").json();
        JsonNode sent =
                http.post("ada", url + "/send", "_verbose=true&message=x").json();

        assertThat(created.path("userId").asText()).isEqualTo("ada");
        assertThat(created.path("clientTimeZoneOffset").isNumber()).isTrue();
        assertThat(created.path("_chatIxnAPI_SEND_URL").asText()).isEqualTo(url + "/send");
        assertThat(sent.path("_chatIxnAPI_REFRESH_URL").asText()).isEqualTo(url + "/refresh");
        assertThat(sent.has("secureKey")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "application/x-www-form-urlencoded | message=h%C3%A9+you",
                "application/x-www-form-urlencoded | {\"message\":\"hé you\"}",
                "application/json | {\"message\":\"hé you\"}",
                "application/json | {\"message\":\"h\\u00e9 you\",\"other\":{\"a\":[1]}}",
                "multipart/form-data; boundary=b | --b~Content-Disposition: form-data; name=\"message\"~~hé you~--b--~",
                "text/plain | message=h%C3%A9 you"
            })
    void send_takesBodiesInThreeForms(String type, String body) {
        Http.Reply reply = http.post("ada", chat() + "/send", type, body.replace("~", "\r\n"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("chatIxnState").asText()).isEqualTo("TRANSCRIPT");
        assertThat(reply.json().path("transcriptPosition").asText()).isEqualTo("2");
        assertThat(reply.json().path("transcriptToShow").toString())
                .matches("\\[\\[\"Message.Text\",\"Ada\",\"hé you\",\"\\d\",\"CLIENT\"]]");
    }

    @Test
    void send_withPosition_answersWithWhatCameAfterIt() {
        String chat = chat();
        http.post("ada", chat + "/send", "message=one");
        JsonNode state = http.post("ada", chat + "/send", "message=two&transcriptPosition=1")
                .json();

        assertThat(texts(state)).isEqualTo("one two");
        assertThat(state.path("transcriptPosition").asText()).isEqualTo("3");
    }

    @Test
    void typing_answersWithItsRow() {
        String chat = chat();

        assertThat(texts(http.post("ada", chat + "/startTyping", "").json())).isEqualTo("is typing");
        assertThat(texts(http.post("ada", chat + "/stopTyping", "").json())).isEqualTo("stopped typing");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-,Joined one two",
                "transcriptPosition=0,Joined one two",
                "transcriptPosition=2,two",
                "transcriptPosition=3,''"
            })
    void refresh_answersWithWhatCameAfterThePosition(String body, String expected) {
        String chat = chat();
        http.post("ada", chat + "/send", "message=one");
        http.post("ada", chat + "/send", "message=two");
        JsonNode state =
                http.post("ada", chat + "/refresh", body == null ? "" : body).json();
        JsonNode byQuery = http.post("ada", chat + "/refresh" + (body == null ? "" : "?" + body), "")
                .json();

        assertThat(texts(state).replace("has joined the session", "Joined")).isEqualTo(expected);
        assertThat(state.path("transcriptPosition").asText()).isEqualTo("3");
        assertThat(byQuery).isEqualTo(state);
    }

    @Test
    void refresh_withMessage_saysItFirst() {
        JsonNode state = http.post("ada", chat() + "/refresh", "transcriptPosition=1&message=news")
                .json();

        assertThat(texts(state)).isEqualTo("news");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "x", "1.0", "99", "1000000000000000000000", "{}"})
    void refresh_withUnreadablePosition_is415(String position) {
        assertRefused(http.post("ada", chat() + "/refresh", Http.form(Map.of("transcriptPosition", position))), 415);
    }

    @Test
    void missingMessage_is415() {
        assertRefused(http.post("ada", chat() + "/send", ""), 415);
        assertRefused(http.post("ada", chat() + "/send", "message="), 415);
        assertRefused(http.post("ada", chat() + "/send", "{\"message\":null}"), 415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":", "[1]", "message=%zz", "[[[["})
    void unparsableBody_is400(String body) {
        assertRefused(http.post("ada", chat() + "/send", body), 400);
    }

    @Test
    void brokenMultipart_is400() {
        assertRefused(http.post("ada", chat() + "/send", "multipart/form-data; boundary=b", "--b\r\nnonsense"), 400);
        assertRefused(http.post("ada", chat() + "/send", "multipart/form-data", "--b--"), 400);
        assertRefused(http.post("ada", chat() + "/send", "application/json", "nonsense"), 400);
    }

    @Test
    void deeplyNestedBody_is400() {
        assertRefused(http.post("ada", chat() + "/send", "{\"a\":" + "[".repeat(1000) + "]".repeat(1000) + "}"), 400);
    }

    @Test
    void somebodyElsesChat_looksLikeNone() {
        String chat = chat();
        Http.Reply foreign = http.post("eve", chat + "/send", "message=x");
        Http.Reply none = http.post("eve", SERVICES + "180-none/ixn/chat/send", "message=x");
        Http.Reply odd = http.post("eve", SERVICES + "$$/ixn/chat/send", "message=x");

        assertRefused(foreign, 404);
        assertThat(none.body()).isEqualTo(foreign.body());
        assertThat(odd.body()).isEqualTo(foreign.body());
        assertRefused(http.post("eve", chat, ""), 404);
        assertRefused(http.post("ada", chat + "/dance", ""), 404);
    }

    @Test
    void halvesOfSurrogatePairs_countAsWhatBecomesOfThem() {
        String chat = chat();
        String halves = "\\ud800".repeat(400);

        assertRefused(http.post("ada", chat + "/send", "application/json", "{\"message\":\"" + halves + "\"}"), 413);
    }

    @Test
    void textsWhiteSpace_passesThrough_andTheLinesEndBehindAFormIsNone() {
        String chat = chat();
        assertThat(http.post("ada", chat + "/send", "message= hi \r\n")
                        .json()
                        .at("/transcriptToShow/0/2")
                        .asText())
                .isEqualTo(" hi ");
    }

    @Test
    void jsonWithSomethingBehindIt_is400() {
        assertRefused(http.post("ada", chat() + "/send", "application/json", "{\"message\":\"x\"} and more"), 400);
    }

    @Test
    void tooLarge_is413() {
        String chat = chat();

        assertRefused(http.post("ada", chat + "/send", "message=" + "x".repeat(300_000)), 413);
        assertRefused(http.post("ada", chat + "/send", "message=" + "x".repeat(1_001)), 413);
        assertRefused(http.post("ada", chat + "/send", Http.form(Map.of("message", "\n".repeat(501)))), 413);
        assertThat(http.post("ada", chat + "/send", "message=" + "x".repeat(1_000))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void end_isDisconnected_andStaysSo() {
        String chat = chat();
        JsonNode end = http.post("ada", chat + "/disconnect", "").json();
        Http.Reply after = http.post("ada", chat + "/send", "message=x");

        assertThat(end.path("chatIxnState").asText()).isEqualTo("DISCONNECTED");
        assertThat(texts(end)).isEqualTo("has left the session");
        assertThat(after.status()).isEqualTo(200);
        assertThat(after.json().path("chatIxnState").asText()).isEqualTo("DISCONNECTED");
        assertThat(after.json().path("transcriptToShow").toString()).isEqualTo("[]");
        assertThat(texts(http.post("ada", chat + "/refresh", "transcriptPosition=1")
                        .json()))
                .isEqualTo("has left the session");
    }

    @ParameterizedTest
    @ValueSource(strings = {"send", "refresh", "startTyping", "disconnect", "device"})
    void afterTheEnd_is400_whereTheServiceSaysSo(String call) {
        String chat = service("strict");
        http.post("ada", chat, "");
        http.post("ada", chat + "/disconnect", "");

        assertRefused(http.post("ada", chat + "/" + call, "message=x&push_notification_deviceid="), 400);
    }

    @Test
    void device_isSetAndRemoved_andChecked() {
        String chat = chat();
        String device = "push_notification_type=customhttp&push_notification_deviceid=";

        assertThat(http.post("ada", chat + "/device", device + "t").status()).isEqualTo(200);
        assertThat(http.post("ada", chat + "/device", device)
                        .json()
                        .path("transcriptToShow")
                        .toString())
                .isEqualTo("[]");
        assertRefused(http.post("ada", chat + "/device", ""), 415);
        assertRefused(http.post("ada", chat + "/device", "push_notification_deviceid=t"), 415);
        assertRefused(http.post("ada", chat + "/device", device + "t&push_notification_language=*"), 415);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "&push_notification_type=",
                "&push_notification_type=a+pager",
                "&push_notification_type=pager"
            })
    void deviceOfNoKnownType_isNoReasonAgainstAChat(String type) {
        String chat = service("request-chat");
        assertThat(http.post("ada", chat, "notify_by=comet&push_notification_deviceid=t" + type)
                        .status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "t%0Aoken&push_notification_type=fcm",
                "t&push_notification_type=fcm&push_notification_language=*",
                "t&push_notification_type=fcm&push_notification_provider=%24"
            })
    void deviceOfAnotherForm_isRefusedByName_andTheChatOpens(String device) {
        Http.Reply reply =
                http.post("ada", service("request-chat"), "notify_by=comet&push_notification_deviceid=" + device);
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("chatIxnState").asText()).isEqualTo("CONNECTED");
        assertThat(reply.json().path("deviceRefused").asText()).startsWith("A ");

        Http.Reply fine = http.post(
                "ada",
                service("request-chat"),
                "notify_by=comet&push_notification_deviceid=t&push_notification_type=fcm");
        assertThat(fine.json().has("deviceRefused")).isFalse();
    }

    @Test
    void otherMethods_are405() {
        assertRefused(http.send(http.to(chat() + "/send").header("gms_user", "ada")), 405);
        assertRefused(
                http.send(http.to(SERVICES + "request-chat")
                        .header("gms_user", "ada")
                        .DELETE()),
                405);
    }

    @Test
    void requiredKey_isAskedFor() throws Exception {
        try (RunningServer strict = RunningServer.start(
                ServerSettings.of(Options.of(Map.of("halley", Map.of("require_secure_key", true)))))) {
            Http to = new Http(strict.uri());
            String url = SERVICES
                    + to.post("ada", SERVICES + "request-chat", "")
                            .json()
                            .path("_id")
                            .asText() + "/ixn/chat";
            String key = to.post("ada", url, "_verbose=true")
                    .json()
                    .path("secureKey")
                    .asText();

            assertRefused(to.post("ada", url + "/send", "message=x"), 404);
            assertRefused(to.post("ada", url + "/send", "message=x&secureKey=y"), 404);
            assertRefused(to.post("ada", url, "_verbose=true"), 404);
            assertThat(to.post("ada", url + "/send", "message=x&secureKey=" + key)
                            .status())
                    .isEqualTo(200);
        }
    }

    private String service(String name) {
        return http.post("ada", SERVICES + name, "")
                .json()
                .path("_chatIxnAPI-CREATE-URL")
                .asText();
    }

    private String chat() {
        String url = service("request-chat");
        http.post("ada", url, "firstName=Ada");
        return url;
    }

    private static String texts(JsonNode state) {
        StringBuilder texts = new StringBuilder();
        state.path("transcriptToShow")
                .forEach(row -> texts.append(row.get(2).asText()).append(' '));
        return texts.toString().strip();
    }

    static void assertRefused(Http.Reply reply, int status) {
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        assertThat(reply.json().properties().stream().map(Map.Entry::getKey)).containsExactly("message", "exception");
        assertThat(reply.header("Cache-Control")).isEqualTo("no-store");
    }
}
