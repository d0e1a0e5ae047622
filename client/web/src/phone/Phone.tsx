/** The phone: a visit to the room, and when somebody has left, what they take along. */
import { useState } from 'react';
import { roomOf } from '../address';
import { farewellOf, rememberJoined, rememberLeft } from './joined';
import { Receipt } from './Receipt';
import { Visit } from './Visit';

export function Phone() {
  const [room] = useState(() => roomOf(window.location));
  const [farewell, setFarewell] = useState(() => farewellOf(room));
  const back = () => {
    rememberJoined(room);
    setFarewell(null);
  };
  if (farewell) return <Receipt room={room} farewell={farewell} back={back} />;
  return (
    <Visit
      leave={(said) => {
        rememberLeft(room, said);
        setFarewell(said);
      }}
    />
  );
}
