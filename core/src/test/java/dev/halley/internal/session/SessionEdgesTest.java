package dev.halley.internal.session;

import static dev.halley.internal.session.SessionFixture.DEVICE;
import static dev.halley.internal.session.SessionFixture.LEASE;
import static dev.halley.internal.session.SessionFixture.NEW_DEVICE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.halley.ChatEvent;
import dev.halley.Device;
import dev.halley.Party;
import dev.halley.ServiceSettings;
import dev.halley.Settings;
import dev.halley.spi.Step;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Inputs that come late, or in a circumstance that the table does not tell apart. */
class SessionEdgesTest {

    @Test
    void notice_thatIsNotDueYet_staysAsItIs_whenThePhaseIsDue() {
        SessionFixture chat =
                SessionFixture.grace().after(Duration.ofSeconds(60)).untold();
        Session.Notice notice = chat.session().notice();
        chat.wakeWhenDue().is(Phase.Sending.class);

        assertThat(notice).isNotNull();
        assertThat(chat.session().notice()).isEqualTo(notice);
    }

    @Test
    void noDevice_saidOfAnAttempt_whoseCustomerHasOneSince_triesAgain() {
        SessionFixture chat = SessionFixture.sending();
        chat.unregistered(null).hasDevice(DEVICE);

        assertThat(chat.sendingPhase().attempt()).isEqualTo(2);
    }

    @Test
    void sameToken_ofAnotherType_isAnotherDevice() {
        SessionFixture.sending()
                .unregistered(Device.of("ios", DEVICE.token()))
                .hasDevice(DEVICE)
                .is(Phase.Sending.class);
    }

    @Test
    void unregistered_ofAnEarlierAttempt_forgetsTheToken_andLeavesTheLaterOneAlone() {
        SessionFixture chat = SessionFixture.sending();
        Session early = chat.session();
        Phase.Sending later = chat.after(LEASE).wake().sendingPhase();
        Session session = chat.session();
        Step step = session.unregistered(
                early.key(later.push().to()),
                1,
                DEVICE,
                Optional.empty(),
                Duration.ZERO,
                Policy.of(Settings.builder().build(), ServiceSettings.DEFAULT, Duration.ofHours(1)),
                chat.in(Duration.ZERO));
        Session next = (Session) step.next().orElseThrow();

        assertThat(later.attempt()).isEqualTo(2);
        assertThat(next.phase()).isEqualTo(later);
        assertThat(next.device()).isNull();
    }

    @Test
    void end_withTheIdOfAnEventThatWasSaid_isThatEvent() {
        ChatEvent event = ChatEvent.left(Party.AGENT, "Agent Smith");
        SessionFixture chat = SessionFixture.online().said(event, true);
        Step step = chat.session()
                .ended(
                        event,
                        Policy.of(Settings.builder().build(), ServiceSettings.DEFAULT, Duration.ofHours(1)),
                        chat.in(Duration.ZERO));

        assertThat(step.next()).containsSame(chat.session());
        assertThat(step.append()).isEmpty();
    }

    @Test
    void newDevice_ofASessionThatWaitsForOne_isTriedAtOnce() {
        SessionFixture.sending()
                .unregistered(DEVICE)
                .hasDevice(null)
                .is(Phase.Retrying.class)
                .device(NEW_DEVICE)
                .is(Phase.Sending.class);
    }
}
