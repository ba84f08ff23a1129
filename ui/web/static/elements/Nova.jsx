import { useLayoutEffect, useRef } from 'react';

// Chainlit compiles this anew at every update: what lasts is kept by answer.js, by the answer's id.
export default function Nova() {
  const host = useRef(null);
  useLayoutEffect(
    () => window.nova.show(host.current, props, { act: callAction, say: sendUserMessage }),
    []
  );
  return <div ref={host} className="nova" />;
}
